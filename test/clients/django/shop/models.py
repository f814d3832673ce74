from django.db import models


class Customer(models.Model):
    name = models.CharField(max_length=80)
    email = models.EmailField(db_index=True)
    language = models.CharField(max_length=2, null=True)
    score = models.IntegerField(null=True)


class Purchase(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
